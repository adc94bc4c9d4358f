import { SondeError } from '@sonde/contract'

/** Lets a few run at once, a few more wait in line, and refuses any further one with `conflict`. */
export class Turns {
  readonly #most: number
  readonly #mostWaiting: number
  #running = 0
  readonly #line: (() => void)[] = []

  constructor({ atOnce, waiting }: { atOnce: number; waiting: number }) {
    this.#most = atOnce
    this.#mostWaiting = waiting
  }

  /** Runs `work` when it is its turn. Gives the place up, and throws, where `signal` aborts while it waits. */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#most) this.#running++
    else await this.#wait(signal)
    try {
      return await work()
    } finally {
      // A turn is handed on as it is: whoever comes meanwhile cannot jump the line.
      const next = this.#line.shift()
      if (next) next()
      else this.#running--
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#line.length >= this.#mostWaiting) throw new SondeError('conflict', 'too many files are being read: try again in a minute')
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        this.#line.splice(this.#line.indexOf(go), 1)
        reject(signal.reason)
      }
      this.#line.push(go)
      signal.addEventListener('abort', leave, { once: true })
    })
  }
}
