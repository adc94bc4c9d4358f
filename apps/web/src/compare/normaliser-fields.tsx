'use client'
import type { Comparison } from '@sonde/contract'
import { Button, Explain, Input, Segmented, Select } from '@sonde/ui'
import { useId, useState } from 'react'
import type { UpdateSides } from './use-comparison.ts'

type By = Comparison['by']

const CHOICES: Record<By, { label: string; what: string }> = {
  samples: {
    label: 'share of samples',
    what: 'Each side’s functions are shares of that side’s samples: a busier side is not a slower one.',
  },
  cpu: { label: 'CPU seconds', what: 'Divided by the seconds of CPU time that each side recorded.' },
  wall: { label: 'time', what: 'Divided by the seconds that hosts recorded: more work in the same time is more.' },
  requests: { label: 'requests', what: 'Divided by how many requests each side served: the cost of one.' },
}
const ORDER = ['samples', 'cpu', 'wall', 'requests'] as const satisfies readonly By[]

export type NormaliserFieldsProps = {
  comparison: Comparison
  /** Names of system calls that both sides made, to choose from. */
  calls: readonly string[]
  updateSides: UpdateSides
}

/** What the sides are divided by. Requests are counted by a system call that each takes once, or given as two numbers. */
export function NormaliserFields({ comparison, calls, updateSides }: NormaliserFieldsProps) {
  const [isAsking, setAsking] = useState(false)
  const by = isAsking ? 'requests' : comparison.by
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-2">
      <span className="flex items-center gap-1.5 text-ink-2">
        <span id="normaliser">Compare by</span>
        <Select
          className="w-40!"
          aria-label="Compare by"
          value={by}
          onChange={(event) => {
            const next = ORDER.find((one) => one === event.target.value)
            setAsking(next === 'requests')
            if (next && next !== 'requests') updateSides({ by: next, requests: null })
          }}
        >
          {ORDER.map((one) => (
            <option key={one} value={one}>
              {CHOICES[one].label}
            </option>
          ))}
        </Select>
        <Explain tone="neutral" what={CHOICES[by].what}>
          ?
        </Explain>
      </span>
      {by === 'requests' ? (
        <RequestsForm
          key={JSON.stringify(comparison.requests)}
          requests={comparison.requests}
          calls={calls}
          onRequests={(requests) => {
            setAsking(false)
            updateSides({ by: 'requests', requests })
          }}
        />
      ) : null}
    </div>
  )
}

function RequestsForm({
  requests,
  calls,
  onRequests,
}: {
  requests: Comparison['requests']
  calls: readonly string[]
  onRequests: (requests: Comparison['requests']) => void
}) {
  const [how, setHow] = useState<'call' | 'numbers'>(requests && 'a' in requests ? 'numbers' : 'call')
  const [call, setCall] = useState(requests && 'call' in requests ? requests.call : '')
  const [a, setA] = useState(requests && 'a' in requests ? String(requests.a) : '')
  const [b, setB] = useState(requests && 'a' in requests ? String(requests.b) : '')
  const listId = useId()
  const numbers = { a: Number(a), b: Number(b) }
  const isReady =
    how === 'call' ? /^[a-z_][a-z0-9_]{0,39}$/.test(call) : numbers.a > 0 && numbers.b > 0 && numbers.a <= 1e15 && numbers.b <= 1e15
  return (
    <form
      className="flex min-w-0 flex-wrap items-center gap-1.5"
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) onRequests(how === 'call' ? { call } : numbers)
      }}
    >
      <Segmented
        label="How requests are counted"
        value={how}
        onChange={setHow}
        options={[
          { value: 'call', label: 'one system call each' },
          { value: 'numbers', label: 'I know how many' },
        ]}
      />
      {how === 'call' ? (
        <>
          <Input
            className="w-36!"
            aria-label="System call that each request takes once"
            placeholder="accept4, recvmsg…"
            list={listId}
            value={call}
            onChange={(event) => setCall(event.target.value)}
          />
          <datalist id={listId}>
            {calls.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      ) : (
        <>
          <Input
            className="w-24!"
            inputMode="numeric"
            aria-label="Requests of side A"
            placeholder="A"
            value={a}
            onChange={(event) => setA(event.target.value)}
          />
          <Input
            className="w-24!"
            inputMode="numeric"
            aria-label="Requests of side B"
            placeholder="B"
            value={b}
            onChange={(event) => setB(event.target.value)}
          />
        </>
      )}
      <Button type="submit" disabled={!isReady}>
        Set
      </Button>
    </form>
  )
}
