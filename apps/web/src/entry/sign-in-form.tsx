'use client'
import { Button, Field, Input, Notice } from '@sonde/ui'
import { type FormEvent, useState } from 'react'
import { signIn } from './sign-in.ts'

export function SignInForm({ next, setupNeeded }: { next: string; setupNeeded: boolean }) {
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setError(null)
    const problem = await signIn(String(form.get('email') ?? ''), String(form.get('password') ?? ''))
    if (problem) {
      setError(problem)
      setBusy(false)
    } else {
      // A full load, so that no page rendered for a stranger is left in the router's cache.
      window.location.assign(next)
    }
  }

  return (
    <form method="post" onSubmit={submit} className="flex flex-col gap-4" aria-label="Sign in">
      {setupNeeded ? (
        <Notice tone="neutral" title="Nobody has an account yet">
          Open the one-time set-up link that the server printed when it started. It makes the first administrator.
        </Notice>
      ) : null}
      <Field label="E-mail">
        {(ids) => <Input {...ids} name="email" type="email" autoComplete="username" required autoFocus className="h-9" />}
      </Field>
      <Field label="Password">
        {(ids) => <Input {...ids} name="password" type="password" autoComplete="current-password" required className="h-9" />}
      </Field>
      {error ? <Notice tone="bad" title={error} /> : null}
      <Button type="submit" variant="primary" size="lg" disabled={busy}>
        {busy ? 'Signing in…' : 'Sign in'}
      </Button>
      <p className="text-ink-3 text-sm">No account? Ask an administrator for an invitation link (Settings → People).</p>
    </form>
  )
}
