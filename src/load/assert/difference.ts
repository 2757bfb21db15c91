/** What is shown on each side of a difference, in characters. */
const section = 100;

/** Where two texts differ, as JMeter's ResponseAssertion shows it: what is alike around it, and the two in brackets. */
export function difference(received: string, expected: string): string {
  const shorter = Math.min(received.length, expected.length);
  let first = 0;
  while (first < shorter && received[first] === expected[first]) first += 1;
  let [last, lastExpected] = [received.length - 1, expected.length - 1];
  while (last > first && lastExpected > first && received[last] === expected[lastExpected]) {
    last -= 1;
    lastExpected -= 1;
  }
  const before = first > section ? `...${received.slice(first - section, first)}` : received.slice(0, first);
  const after = cut(received.slice(last + 1));
  const isAtEnd = after === '';
  const got = cut(received.slice(first, isAtEnd ? undefined : last + 1));
  const wanted = cut(expected.slice(first, isAtEnd ? undefined : lastExpected + 1));
  const width = Math.max(got.length, wanted.length);
  const line = (title: string, part: string) => `\n\n****** ${title}: ${before}[[[${part.padEnd(width)}]]]${after}`;
  return `${line('received  ', got)}${line('comparison', wanted)}\n\n`;
}

function cut(text: string): string {
  return text.length > section ? `${text.slice(0, section)}...` : text;
}
