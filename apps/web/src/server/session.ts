import { type Actor, type Person, roleSchema, SHARE_HEADER } from '@sonde/contract'
import { openShare } from '@sonde/domain'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { getAuth } from '../auth.ts'
import { signInPath } from '../safe-next.ts'
import { getApp } from './app.ts'
import { PATH_HEADER } from './path-header.ts'

async function personOf(requestHeaders: Headers): Promise<Person | null> {
  const session = await getAuth().api.getSession({ headers: requestHeaders })
  if (!session) return null
  const { id, name, email, createdAt, role } = session.user
  return { id, name, email, createdAt, role: roleSchema.parse(role) }
}

/**
 * Who asks: the reader of a share link where the request carries its token, else whoever the session cookie says. Throws `not-found` or
 * `gone` for a link that shows nothing (any more).
 */
export async function actorOf(requestHeaders: Headers): Promise<Actor> {
  const token = requestHeaders.get(SHARE_HEADER)
  if (token !== null) return (await openShare(getApp(), token)).actor
  const person = await personOf(requestHeaders)
  return person ? { kind: 'user', userId: person.id, name: person.name, role: person.role } : { kind: 'anonymous' }
}

/** Who is signed in, for server components; asked once per request. */
export const currentPerson = cache(async (): Promise<Person | null> => personOf(await headers()))

/** The same for pages that need somebody: redirects to the sign-in page, which comes back here. */
export async function requirePerson(): Promise<Person> {
  const person = await currentPerson()
  if (person) return person
  redirect(signInPath((await headers()).get(PATH_HEADER) ?? '/'))
}
