/** This file is no ELF file that can be read here, or it is broken (or made to look so). The one error of everything in this folder. */
export class ElfError extends Error {
  override readonly name = 'ElfError'
}
