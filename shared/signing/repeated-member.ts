/**
 * The name of a member that an object of this JSON has twice; null where there is none. Readers
 * differ in which of the two counts, so that such a text says one thing to one of them and another
 * to the next. The text must be JSON.
 */
export function repeatedMember(json: string): string | null {
  const open: (Set<string> | null)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;
  for (const { 0: token, index } of json.matchAll(tokens)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else {
      const names = open.at(-1);
      if (!names || !/^[ \t\r\n]*:/.test(json.slice(index + token.length))) continue;
      const name = JSON.parse(token) as string;
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return null;
}
