/** ψ(x), the derivative of ln Γ, x > 0: asymptotic series (DLMF 5.11.2) after stepping up. */
export function digamma(x: number): number {
  let sum = 0
  let at = x
  for (; at < 12; at++) sum -= 1 / at
  const s = 1 / (at * at)
  return sum + Math.log(at) - 0.5 / at - s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s / 132))))
}

/** ψ′(x), x > 0: DLMF 5.15.8 after stepping up. */
export function trigamma(x: number): number {
  let sum = 0
  let at = x
  for (; at < 12; at++) sum += 1 / (at * at)
  const s = 1 / (at * at)
  return sum + 1 / at + s / 2 + (s / at) * (1 / 6 - s * (1 / 30 - s * (1 / 42 - s * (1 / 30 - (s * 5) / 66))))
}

/** The x with ψ′(x) = y, y > 0: ψ′ falls from ∞ to 0, so by halving in the logarithm. */
export function inverseTrigamma(y: number): number {
  let [low, high] = [Math.log(1e-8), Math.log(1e8)]
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2
    if (trigamma(Math.exp(middle)) > y) low = middle
    else high = middle
  }
  return Math.exp((low + high) / 2)
}
