'use client'
import { type BinaryRef, binaryLabel, binaryPathSchema, commSchema, type HostView, libraryNameSchema } from '@sonde/contract'
import { Button, Field, HostText, Input, Segmented } from '@sonde/ui'
import { useState } from 'react'
import { CheckField } from './check-field.tsx'
import { ProcessPicker } from './process-picker.tsx'

const WAYS = [
  { value: 'process', label: 'Running process' },
  { value: 'path', label: 'Program or library by path' },
  { value: 'library', label: 'Library by name' },
] as const
type Way = (typeof WAYS)[number]['value']

const wayOf = (value: BinaryRef | null): Way => (value === null || value.of === 'pid' ? 'process' : value.of)

/** Which file user functions and USDT probes are looked for in. Folds to one line once it is chosen. */
export function BinaryField({
  hosts,
  value,
  onChange,
}: {
  hosts: readonly HostView[]
  value: BinaryRef | null
  onChange: (binary: BinaryRef | null) => void
}) {
  const [way, setWay] = useState<Way>(() => wayOf(value))
  const [changing, setChanging] = useState(value === null)
  const done = (binary: BinaryRef) => {
    onChange(binary)
    setChanging(false)
  }
  if (value !== null && !changing)
    return (
      <div className="flex flex-wrap items-center gap-2" data-testid="chosen-binary">
        <span className="text-ink-2">In</span>
        <HostText text={binaryLabel(value)} mono className="font-medium" />
        <span className="text-ink-3 text-sm">
          {WORDS[value.of]}
          {value.of === 'library' || ('library' in value && value.library)
            ? '; fires in every process that uses it, unless “Of what” says otherwise'
            : ''}
        </span>
        <Button size="sm" onClick={() => setChanging(true)}>
          Change
        </Button>
        {value.of === 'pid' || value.of === 'process' ? <LibraryOf value={value} onChange={onChange} /> : null}
      </div>
    )
  return (
    <div className="flex flex-col gap-2 rounded-md border border-line bg-inset p-2">
      <Segmented label="Where the binary is" value={way} onChange={setWay} options={WAYS} />
      {way === 'process' ? (
        <ProcessChoice hosts={hosts} onChoose={done} />
      ) : way === 'path' ? (
        <TypedChoice
          label="Absolute path"
          placeholder="/usr/sbin/nginx"
          hint="As it is on the host. A program in a container is better picked as a process, which is looked up where it runs."
          check={(text) => binaryPathSchema.safeParse(text).error?.issues[0]?.message ?? null}
          onChoose={(path) => done({ of: 'path', path })}
        />
      ) : (
        <TypedChoice
          label="Name of the library"
          placeholder="libc.so.6"
          hint="The one that the host's dynamic linker finds. Probes in it fire in every process that uses it: narrow them under “Of what”."
          check={(text) => libraryNameSchema.safeParse(text).error?.issues[0]?.message ?? null}
          onChoose={(name) => done({ of: 'library', name })}
        />
      )}
    </div>
  )
}

const WORDS: Record<BinaryRef['of'], string> = {
  path: 'by path',
  library: 'library of the host',
  pid: 'as this process runs it',
  process: 'as processes of this name run it',
}

function TypedChoice({
  label,
  placeholder,
  hint,
  check,
  onChoose,
}: {
  label: string
  placeholder: string
  hint: string
  check: (text: string) => string | null
  onChoose: (text: string) => void
}) {
  const [text, setText] = useState('')
  const problem = text === '' ? null : check(text)
  const take = () => {
    if (text !== '' && check(text) === null) onChoose(text)
  }
  return (
    <Field label={label} hint={hint} error={problem}>
      {(ids) => (
        <div className="flex gap-2">
          <Input
            {...ids}
            value={text}
            placeholder={placeholder}
            maxLength={1_024}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            className="font-mono"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
              event.preventDefault()
              take()
            }}
          />
          <Button onClick={take} disabled={text === '' || problem !== null}>
            Look inside
          </Button>
        </div>
      )}
    </Field>
  )
}

function ProcessChoice({ hosts, onChoose }: { hosts: readonly HostView[]; onChoose: (binary: BinaryRef) => void }) {
  const [byName, setByName] = useState(false)
  const live = hosts.find((host) => host.online)
  if (!live)
    return (
      <p className="text-ink-2">
        {hosts.length === 0
          ? 'Pick a host to list its processes.'
          : 'None of the picked hosts is connected, so their processes cannot be listed.'}
      </p>
    )
  const several = hosts.length > 1
  return (
    <>
      {several ? (
        <p className="text-ink-2 text-sm">
          Processes of <HostText text={live.name} />; the one that you pick is taken by its name, on every host.
        </p>
      ) : (
        <CheckField label="By its name, so that it is found again after a restart" checked={byName} onChange={setByName} />
      )}
      <ProcessPicker
        hostId={live.id}
        hostName={live.name}
        isPicked={() => false}
        onPick={(row) => {
          const name = commSchema.safeParse(row.comm)
          // A pid means nothing on another host.
          if ((several || byName) && name.success) onChoose({ of: 'process', name: name.data })
          else onChoose({ of: 'pid', pid: row.pid })
        }}
        verb={(row) => `Look inside ${row.comm}, process ${row.pid}`}
      />
    </>
  )
}

/** A library that the process has mapped instead of its own program. */
function LibraryOf({ value, onChange }: { value: Extract<BinaryRef, { of: 'pid' | 'process' }>; onChange: (binary: BinaryRef) => void }) {
  const [text, setText] = useState(value.library ?? '')
  const problem = text === '' ? null : (libraryNameSchema.safeParse(text).error?.issues[0]?.message ?? null)
  const take = () => {
    if (problem !== null) return
    const { library: _, ...program } = value
    onChange(text === '' ? program : { ...program, library: text })
  }
  return (
    <span className="flex items-center gap-1.5">
      <Input
        aria-label="Library that the process has mapped"
        aria-invalid={problem !== null}
        title={problem ?? undefined}
        placeholder="the program itself, or a library: libc.so.6"
        value={text}
        maxLength={128}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        className="w-72! font-mono text-sm!"
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
          event.preventDefault()
          take()
        }}
      />
    </span>
  )
}
