/** Why a binary cannot be used, in a sentence for people. `missing`: there is no such process or file; `refused`: there is, but it is not opened. */
export class BinaryRefusal extends Error {
  override readonly name = 'BinaryRefusal'
  readonly kind: 'missing' | 'refused'
  constructor(kind: 'missing' | 'refused', message: string) {
    super(message)
    this.kind = kind
  }
}
