/** The bytes or the text are not what the format says; the message says where and why, and holds nothing of the input but numbers. */
export class ProfileFormatError extends Error {
  override name = 'ProfileFormatError'
}
