/** Texts that are compiled may have variables in them, and most come again. */
const most = 500;

/** Compiles each text once while it is remembered; a text that can't be compiled throws each time. */
export function remembered<T>(compile: (text: string) => T): (text: string) => T {
  const compiled = new Map<string, T>();
  return (text) => {
    let known = compiled.get(text);
    if (known === undefined) {
      known = compile(text);
      if (compiled.size >= most) compiled.clear();
      compiled.set(text, known);
    }
    return known;
  };
}
