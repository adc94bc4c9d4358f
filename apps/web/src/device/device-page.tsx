'use client'
import { formatUserCode, readUserCode, SCOPES } from '@sonde/contract'
import { Button, EmptyState, Field, HostText, Input, Notice, Panel, TimeAgo } from '@sonde/ui'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { usePerson } from '../shell/person-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

/**
 * A program on a machine without a browser shows a code; whoever started it types it here, sees what asks, and says yes or no (RFC 8628).
 * A code in the link is filled in, but nothing happens without a press of the button: the link may be somebody else's.
 */
export function DevicePage({ initialCode }: { initialCode: string }) {
  const [typed, setTyped] = useState(initialCode)
  const [problem, setProblem] = useState<string | null>(null)
  const given = readUserCode(initialCode)
  const [code, setCode] = useState(given === null ? '' : formatUserCode(given))
  const [answered, setAnswered] = useState<'allowed' | 'denied' | null>(null)
  if (answered === 'allowed') {
    return (
      <EmptyState page title="The program is let in">
        It goes on by itself within seconds. You can close this page; its token is in your list of tokens, where it can be revoked.
      </EmptyState>
    )
  }
  if (answered === 'denied') {
    return (
      <EmptyState page title="The program is refused">
        It got nothing. If you did not start it yourself, somebody may have sent you their code.
      </EmptyState>
    )
  }
  return (
    <div className="mx-auto flex w-full max-w-[520px] flex-col gap-4 p-3 sm:p-4">
      <h1 className="font-semibold text-xl">Let a program in</h1>
      <p className="text-ink-2">
        <code className="font-mono">sonde login</code> shows a code of eight letters. Type it here, only if you started that program
        yourself.
      </p>
      <form
        aria-label="Code"
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          const read = readUserCode(typed)
          setProblem(read === null ? 'A code is eight letters, as in WDJB-MJHT.' : null)
          setCode(read === null ? '' : formatUserCode(read))
        }}
      >
        <div className="w-56">
          <Field label="Code" error={problem}>
            {(ids) => (
              <Input
                {...ids}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                autoComplete="off"
                autoCapitalize="characters"
                spellCheck={false}
                maxLength={40}
                className="font-mono uppercase tracking-widest"
                placeholder="WDJB-MJHT"
              />
            )}
          </Field>
        </div>
        <Button type="submit">Look it up</Button>
      </form>
      {code ? <Asking key={code} code={code} onAnswered={setAnswered} /> : null}
    </div>
  )
}

function Asking({ code, onAnswered }: { code: string; onAnswered: (answer: 'allowed' | 'denied') => void }) {
  const trpc = useTRPC()
  const person = usePerson()
  const asking = useQuery({ ...trpc.device.get.queryOptions({ userCode: code }), retry: false, refetchOnWindowFocus: false })
  const answer = useMutation(
    trpc.device.answer.mutationOptions({ onSuccess: (_, input) => onAnswered(input.allow ? 'allowed' : 'denied') }),
  )
  if (asking.error) return <Notice tone="bad" title={errorText(asking.error)} />
  if (!asking.data) return <p role="status">Looking the code up…</p>
  const { deviceName, scopes, expiresAt, userCode } = asking.data
  return (
    <Panel title="A program asks to act as you">
      <div className="flex flex-col gap-3" data-testid="device-asking">
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          <dt className="text-ink-2">It calls itself</dt>
          <dd className="font-medium">
            <HostText text={deviceName} />
          </dd>
          <dt className="text-ink-2">Its code</dt>
          <dd className="font-mono">{userCode}</dd>
          <dt className="text-ink-2">It would act as</dt>
          <dd>
            <HostText text={person.name} />, {person.role}, for 90 days
          </dd>
          <dt className="text-ink-2">The code expires</dt>
          <dd>
            <TimeAgo date={expiresAt} />
          </dd>
        </dl>
        <div>
          <h3 className="text-ink-2">It could, as far as you may yourself:</h3>
          <ul className="list-disc pl-5">
            {scopes.map((scope) => (
              <li key={scope}>
                {SCOPES[scope]} <span className="font-mono text-ink-3 text-sm">{scope}</span>
              </li>
            ))}
          </ul>
        </div>
        <Notice tone="warn" title="Only if you started it yourself">
          Whoever sent you this code or link would get to act as you. Check that the program shows the very same code.
        </Notice>
        {answer.error ? <Notice tone="bad" title={errorText(answer.error)} /> : null}
        <div className="flex gap-2">
          <Button variant="primary" disabled={answer.isPending} onClick={() => answer.mutate({ userCode, allow: true })}>
            Let it in
          </Button>
          <Button variant="danger" disabled={answer.isPending} onClick={() => answer.mutate({ userCode, allow: false })}>
            Refuse
          </Button>
        </div>
      </div>
    </Panel>
  )
}
