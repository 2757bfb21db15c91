/** How many events of a Poisson process come in a time in which `mean` come on average: JMeter's two methods. */
export function poisson(mean: number, random: () => number): number {
  return mean <= 30 ? bySteps(mean, random) : byRejection(mean, random);
}

/** Knuth's. */
function bySteps(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}

/** Atkinson's PA. */
function byRejection(mean: number, random: () => number): number {
  const beta = Math.PI / Math.sqrt(3 * mean);
  const alpha = beta * mean;
  const k = Math.log(0.767 - 3.36 / mean) - mean - Math.log(beta);
  for (;;) {
    const u = random();
    const x = (alpha - Math.log((1 - u) / u)) / beta;
    const count = Math.floor(x + 0.5);
    const v = random();
    // Where chance gives 0, x is not finite.
    if (!(count >= 0) || !Number.isFinite(x)) continue;
    const y = alpha - beta * x;
    const left = y + Math.log(v / (1 + Math.exp(y)) ** 2);
    if (left <= k + count * Math.log(mean) - logFactorial(count)) return count;
  }
}

/** By Stirling's series, exact to 15 digits from 10 on; below, by multiplying. */
function logFactorial(count: number): number {
  if (count < 10) {
    let product = 1;
    for (let each = 2; each <= count; each += 1) product *= each;
    return Math.log(product);
  }
  const n = count + 1;
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return (n - 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}
