'use client'
import { type Role, signupInputSchema } from '@sonde/contract'
import { Button, Field, Input, Notice } from '@sonde/ui'
import { type FormEvent, useState } from 'react'
import * as z from 'zod'
import { errorText } from '../trpc/errors.ts'
import { publicApi } from '../trpc/public-client.ts'
import { signIn } from './sign-in.ts'

type FieldErrors = Partial<Record<'name' | 'email' | 'password', string>>

const ROLE_WORDS: Record<Role, string> = {
  viewer: 'You will be able to read hosts and captures.',
  operator: 'You will be able to read everything and to start captures.',
  admin: 'You will be an administrator: captures, hosts and people.',
}

export function WelcomeForm({ token, role }: { token: string; role: Role }) {
  const [errors, setErrors] = useState<FieldErrors>({})
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const parsed = signupInputSchema.safeParse({ token, name: form.get('name'), email: form.get('email'), password: form.get('password') })
    setProblem(null)
    if (!parsed.success) {
      const fields = z.flattenError(parsed.error).fieldErrors
      setErrors({
        ...(fields.name?.[0] ? { name: fields.name[0] } : {}),
        ...(fields.email?.[0] ? { email: fields.email[0] } : {}),
        ...(fields.password?.[0] ? { password: fields.password[0] } : {}),
      })
      if (fields.token?.[0]) setProblem('This link is not complete. Copy it again.')
      return
    }
    setErrors({})
    setBusy(true)
    try {
      const { email } = await publicApi.people.acceptInvite.mutate(parsed.data)
      const refused = await signIn(email, parsed.data.password)
      window.location.assign(refused ? '/sign-in' : '/hosts')
    } catch (error) {
      setProblem(errorText(error))
      setBusy(false)
    }
  }

  return (
    <form method="post" onSubmit={submit} noValidate className="flex flex-col gap-4" aria-label="Create your account">
      <Field label="Name" error={errors.name}>
        {(ids) => <Input {...ids} name="name" autoComplete="name" required autoFocus className="h-9" />}
      </Field>
      <Field label="E-mail" error={errors.email}>
        {(ids) => <Input {...ids} name="email" type="email" autoComplete="username" required className="h-9" />}
      </Field>
      <Field label="Password" hint="At least 12 characters." error={errors.password}>
        {(ids) => <Input {...ids} name="password" type="password" autoComplete="new-password" required minLength={12} className="h-9" />}
      </Field>
      {problem ? <Notice tone="bad" title={problem} /> : null}
      <Button type="submit" variant="primary" size="lg" disabled={busy}>
        {busy ? 'Creating the account…' : 'Create the account'}
      </Button>
      <p className="text-ink-3 text-sm">{ROLE_WORDS[role]}</p>
    </form>
  )
}
