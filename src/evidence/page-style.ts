/** The page's whole style. It loads nothing from anywhere, reads on a phone, and prints in black on white. */
export const pageStyle = `
:root { color-scheme: light; --ink: #14213d; --soft: #5a6478; --line: #dfe3ea; --tint: #f5f7fa; --good: #1b6e4a; --bad: #9b2c2c; --warn: #8a5a00; }
* { box-sizing: border-box; }
body { margin: 0; overflow-wrap: break-word; background: #fff; color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0.25rem 0 0.75rem; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 2.75rem 0 0.75rem; padding-top: 0.75rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1rem; margin: 1.5rem 0 0.25rem; }
.step h3 { margin: 0; }
.facts + .scroll { margin-top: 1.25rem; }
p { margin: 0.5rem 0; max-width: 46rem; }
code { font: 0.86em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.kicker { color: var(--soft); margin: 0; }
.outcome { display: inline-block; padding: 0.1rem 0.7rem; border-radius: 1rem; border: 1px solid currentColor; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0 2rem; margin: 1.25rem 0 0; }
.facts div { padding: 0.5rem 0; border-top: 1px solid var(--line); }
.facts dt { color: var(--soft); font-size: 0.86rem; }
.facts dd { margin: 0; }
.seal { margin: 1.5rem 0 0; padding: 1rem 1.25rem; background: var(--tint); border: 1px solid var(--line); border-radius: 0.5rem; }
.seal p:first-child { margin-top: 0; } .seal p:last-child { margin-bottom: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.93rem; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 0.86rem; white-space: nowrap; }
th, td { padding: 0.4rem 0.9rem 0.4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.differs td { background: var(--tint); }
.step { padding: 0.75rem 0; border-bottom: 1px solid var(--line); break-inside: avoid; }
.step header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
.step .when { color: var(--soft); font-size: 0.86rem; font-variant-numeric: tabular-nums; }
.step ul { margin: 0.35rem 0 0; padding-left: 1.1rem; }
.step li { margin: 0.15rem 0; }
.quiet { color: var(--soft); font-size: 0.86rem; }
@media (max-width: 40rem) {
  main { padding: 1.25rem 1rem 3rem; }
  h1 { font-size: 1.4rem; }
  table.stacks thead { display: none; }
  table.stacks tr { display: block; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  table.stacks td { display: block; border: 0; padding: 0.1rem 0; text-align: left; white-space: normal; }
  table.stacks td[data-name]::before { content: attr(data-name); display: block; color: var(--soft); font-size: 0.8rem; }
  table.stacks td.time[data-name]::before, table.stacks td.number[data-name]::before { display: inline; margin-right: 0.5rem; }
}
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  tr { break-inside: avoid; }
  .seal, tr.differs td { background: none; }
  .scroll { overflow: visible; }
}
`;
