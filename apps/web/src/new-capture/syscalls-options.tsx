'use client'
import { CheckField } from './check-field.tsx'
import type { OptionsProps } from './instrument-card.tsx'
import type { DraftOf } from './instrument-draft.ts'

export function SyscallsOptions({ draft, onChange }: OptionsProps<DraftOf<'syscalls'>>) {
  return (
    <>
      <p className="text-ink-2">Every system call of what is recorded.</p>
      <CheckField
        label="Also which files and addresses"
        hint="The largest of each process and call, by path or by the other end of a socket. Each call costs more, and paths may be private. Needs the native helper and Linux 5.17."
        checked={draft.objects}
        onChange={(objects) => onChange({ ...draft, objects })}
      />
    </>
  )
}
