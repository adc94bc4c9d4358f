import { BtfFunctions, type KernelSignature } from '../discovery/btf.ts'
import { BtfError } from '../discovery/btf-error.ts'
import { isReshapedCopy, type KernelFunctionList, listKernelFunctions, nameInSource } from '../discovery/kernel-functions.ts'
import { readWholeFile } from '../discovery/read-whole-file.ts'
import { readText } from '../host/read-text.ts'

/**
 * The kernel's functions and their types, read when they are first asked for: half a second and some 50 MB. One for all probes of a plan;
 * not to be kept, since modules come and go.
 */
export class KernelSymbols {
  private list: Promise<KernelFunctionList> | undefined
  private readonly btf = new Map<string, Promise<BtfFunctions | null>>()

  functions(): Promise<KernelFunctionList> {
    this.list ??= this.readFunctions()
    return this.list
  }

  /** Null where nobody says what it takes and returns, as of a copy that the compiler made with other arguments (`.isra.0`). */
  async signature(name: string, module: string | null): Promise<KernelSignature | null> {
    if (isReshapedCopy(name)) return null
    const types = await this.types(module ?? 'vmlinux')
    try {
      return types?.signature(nameInSource(name)) ?? null
    } catch (error) {
      if (error instanceof BtfError) return null
      throw error
    }
  }

  private async readFunctions(): Promise<KernelFunctionList> {
    const kernel = await this.types('vmlinux')
    return listKernelFunctions({
      available: (await readText('/sys/kernel/tracing/available_filter_functions')) || null,
      kallsyms: await readText('/proc/kallsyms'),
      blacklist: (await readText('/sys/kernel/debug/kprobes/blacklist')) || null,
      // Functions of modules stand in BTF of their own: not worth reading to know only that they are there.
      hasType: kernel === null ? null : (name, module) => module !== null || kernel.has(name),
    })
  }

  private types(of: string): Promise<BtfFunctions | null> {
    const known = this.btf.get(of)
    if (known !== undefined) return known
    const read = of === 'vmlinux' ? readBtf(of, null) : this.types('vmlinux').then((base) => (base === null ? null : readBtf(of, base)))
    this.btf.set(of, read)
    return read
  }
}

async function readBtf(name: string, base: BtfFunctions | null): Promise<BtfFunctions | null> {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) return null
  const bytes = await readWholeFile(`/sys/kernel/btf/${name}`)
  try {
    return bytes === null ? null : new BtfFunctions(bytes, base)
  } catch (error) {
    if (error instanceof BtfError) return null
    throw error
  }
}
