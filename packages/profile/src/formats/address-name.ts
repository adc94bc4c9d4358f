/** `libc.so.6+0x29d90`: what a frame is called whose function nothing names. The offset is that in the module's file. */
export function moduleOffsetName(module: string, offset: bigint): string {
  const file = module.slice(module.lastIndexOf('/') + 1)
  return file === '' ? `0x${offset.toString(16)}` : `${file}+0x${offset.toString(16)}`
}
