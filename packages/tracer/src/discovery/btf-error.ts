/** These bytes are not BTF, or not the BTF they claim to be. */
export class BtfError extends Error {
  override readonly name = 'BtfError'
}
