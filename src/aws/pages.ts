/** What is listed on all pages of an answer. */
export async function everyPage<P, T>(
  pages: AsyncIterable<P>,
  listed: (page: P) => readonly T[] | undefined,
): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(...(listed(page) ?? []));
  return found;
}
