import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Image } from './build-image.ts'
import { type Machine, MEMORY_MIB } from './machines.ts'

export type CommandResult = { status: number; output: string }

const CONSOLE_TAIL_LINES = 40

/**
 * A virtual machine that runs: boots with `boot`, is looked into with `run`, and is gone after `stop`. It ends with this process
 * too, however that ends. All it writes is below the folder it was given or in a file that has no name any more.
 */
export class RunningMachine {
  readonly #qemu: ChildProcess
  readonly #exited: Promise<void>
  readonly #consoleFile: string
  #errors = ''
  #port: Socket | null = null
  #received = ''
  /** Commands wait for each other: there is one port. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(qemu: ChildProcess, consoleFile: string) {
    this.#qemu = qemu
    this.#consoleFile = consoleFile
    this.#exited = new Promise((resolve) => qemu.once('close', () => resolve()))
    qemu.once('error', (error) => {
      this.#errors += error.message
    })
    qemu.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
  }

  /** Starts QEMU and waits until the guest answers commands. Throws with the end of its console when it does not in time. */
  static async boot(machine: Machine, image: Image, initramfs: string, folder: string, withinMs: number): Promise<RunningMachine> {
    const consoleFile = path.join(folder, 'console.log')
    const commandSocket = path.join(folder, 'commands.sock')
    // setpriv: the kernel ends QEMU with its parent, so that an ended test run leaves no machine.
    const argv = ['--pdeathsig', 'KILL', '--', machine.qemu.command, ...qemuArgs(machine, image, initramfs, consoleFile, commandSocket)]
    const qemu = spawn('setpriv', argv, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TMPDIR: folder } })
    const running = new RunningMachine(qemu, consoleFile)
    try {
      await running.#connect(commandSocket, performance.now() + withinMs)
    } catch (error) {
      await running.stop()
      throw error
    }
    return running
  }

  /** Runs a line of shell in the guest, as root. Output and errors come together. */
  run(line: string, withinMs = 60_000): Promise<CommandResult> {
    if (line.includes('\n')) throw new Error('a command is one line')
    const result = this.#turn.then(() => this.#ask(line, withinMs))
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** What the kernel and the agent have said so far: the last lines. */
  consoleTail(lines = CONSOLE_TAIL_LINES): string {
    const text = existsSync(this.#consoleFile) ? readFileSync(this.#consoleFile, 'utf8') : ''
    return [...text.trimEnd().split(/\r?\n/).slice(-lines), this.#errors.trim()].filter(Boolean).join('\n')
  }

  /** Ends it as a power cut would: nothing of it is kept. */
  async stop(): Promise<void> {
    this.#port?.destroy()
    if (this.#qemu.pid !== undefined && this.#qemu.exitCode === null && this.#qemu.signalCode === null) this.#qemu.kill('SIGKILL')
    if (this.#qemu.pid !== undefined) await this.#exited
  }

  async #connect(socketFile: string, deadline: number): Promise<void> {
    while (this.#port === null) {
      this.#check(deadline, 'QEMU did not start')
      this.#port = await new Promise<Socket | null>((resolve) => {
        const socket = connect(socketFile)
        socket.once('connect', () => resolve(socket))
        socket.once('error', () => resolve(null))
      })
      if (this.#port === null) await sleep(50)
    }
    this.#port.setEncoding('utf8').on('data', (text: string) => {
      this.#received += text
    })
    this.#port.on('error', () => undefined)
    await this.#receive(/^sonde-ready\n/, deadline, 'the guest did not come up')
  }

  async #ask(line: string, withinMs: number): Promise<CommandResult> {
    this.#port?.write(`${line}\n`)
    const match = await this.#receive(/^([\s\S]*?)\nsonde-end (\d+)\n/, performance.now() + withinMs, `no answer to \`${line}\``)
    return { output: match[1] ?? '', status: Number(match[2]) }
  }

  /** Waits for the port to have said this, and takes it. */
  async #receive(pattern: RegExp, deadline: number, otherwise: string): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#received)
      if (match) {
        this.#received = this.#received.slice(match[0].length)
        return match
      }
      this.#check(deadline, otherwise)
      await sleep(20)
    }
  }

  #check(deadline: number, otherwise: string): void {
    const ended = this.#qemu.exitCode !== null || this.#qemu.signalCode !== null
    if (!ended && performance.now() < deadline) return
    const why = ended ? `QEMU ended (${this.#qemu.signalCode ?? this.#qemu.exitCode})` : 'the time was up'
    throw new Error(`${otherwise}: ${why}. Its console:\n${this.consoleTail()}`)
  }
}

function qemuArgs(machine: Machine, image: Image, initramfs: string, consoleFile: string, commandSocket: string): string[] {
  return [
    ...machine.qemu.args,
    ...['-accel', 'tcg', '-smp', String(machine.cpus), '-m', String(MEMORY_MIB)],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-serial', `file:${consoleFile}`],
    ...['-kernel', image.kernel, '-initrd', initramfs],
    // panic=-1 with -no-reboot: a kernel that panics ends QEMU at once.
    ...['-append', `console=${machine.console} panic=-1 quiet`],
    // snapshot: what the guest writes goes to a temporary file that QEMU has already unlinked.
    ...['-drive', `file=${image.disk},if=none,id=disk,format=raw,snapshot=on,cache=unsafe`, '-device', 'virtio-blk-pci,drive=disk'],
    // The user network reaches this machine's loopback interface as 10.0.2.2 and needs no privileges or interfaces. No option ROM:
    // it does not boot from the network.
    ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
    ...['-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci'],
    ...[
      '-chardev',
      `socket,id=commands,path=${commandSocket},server=on,wait=off`,
      '-device',
      'virtserialport,chardev=commands,name=sonde.commands',
    ],
  ]
}
