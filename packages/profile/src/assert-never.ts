/** Makes the compiler complain about a union's forgotten member, and the program say so if one slips through. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}
