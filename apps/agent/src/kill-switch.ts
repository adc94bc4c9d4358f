import { access } from 'node:fs/promises'

const LOOK_AGAIN_MS = 500

/** `touch /run/sonde/disabled` on a host stops all tracing there and refuses new captures, whatever the server wants. */
export class KillSwitch {
  readonly #file: string
  readonly sentence: string

  constructor(file: string) {
    this.#file = file
    this.sentence = `Tracing is switched off on this host: ${file} exists.`
  }

  async isOn(): Promise<boolean> {
    return access(this.#file).then(
      () => true,
      () => false,
    )
  }

  /** Looks twice a second, only while something is recorded. Returns the way to stop looking. */
  watch(onSwitchedOn: () => void): () => void {
    const timer = setInterval(() => {
      void this.isOn().then((on) => {
        if (on) onSwitchedOn()
      })
    }, LOOK_AGAIN_MS)
    return () => clearInterval(timer)
  }
}
