import { FrameKindDot } from '@sonde/flamegraph/react'
import { HostText } from '@sonde/ui'
import { functionName, libraryName } from './function-name.ts'

/** A function in one line: its kind as a dot, its name, and its library in what room is left. */
export function FunctionText({ kind, name, module }: { kind: number; name: string; module: string }) {
  return (
    <span className="flex w-full min-w-0 items-center gap-1.5 overflow-hidden">
      <FrameKindDot kind={kind} />
      <HostText text={functionName(name)} mono className="max-w-[calc(100%-14px)]! shrink-0" />
      {module === '' ? null : (
        <HostText text={libraryName(module)} title={functionName(module)} className="min-w-0 flex-1 font-normal text-ink-3 text-sm" />
      )}
    </span>
  )
}
