/**
 * Stands in a bundle for a module of which nothing is used there. Naming it is free, as its importers do at their start; whoever
 * uses anything of it is told what is missing, where an empty module would have given them `undefined`.
 */
export function absent(module: string, because: string): unknown {
  const missing = (): never => {
    throw new Error(`${module} is not in this bundle: ${because}.`);
  };
  const used = new Proxy(class {}, { apply: missing, construct: missing, get: missing });
  const exported = { __esModule: true, default: used };
  return new Proxy(exported, {
    get: (_, name) => (name === "__esModule" ? true : name === "default" ? used : missing()),
  });
}
