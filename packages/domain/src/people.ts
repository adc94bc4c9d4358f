import { type Actor, type NamedPerson, type Person, personSchema } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize, authorizePublic } from './authorize.ts'

const personColumns = { id: true, name: true, email: true, role: true, createdAt: true } as const

/** Who is signed in, and whether nobody has an account yet (the set-up link then makes the first). */
export async function readSession(actor: Actor, app: App): Promise<{ user: Person | null; setupNeeded: boolean }> {
  authorizePublic('session.read')
  if (actor.kind === 'user') {
    const row = await app.db.prisma.user.findUnique({ where: { id: actor.userId }, select: personColumns })
    if (row) return { user: personSchema.parse(row), setupNeeded: false }
  }
  return { user: null, setupNeeded: await isSetupNeeded(app) }
}

/** Nobody has an account yet. */
export async function isSetupNeeded(app: App): Promise<boolean> {
  return (await app.db.prisma.user.findFirst({ select: { id: true } })) === null
}

/** Everyone with an account, by name. */
export async function listPeople(actor: Actor, app: App): Promise<Person[]> {
  authorize(actor, 'person.list')
  const rows = await app.db.prisma.user.findMany({ select: personColumns, orderBy: [{ name: 'asc' }, { id: 'asc' }] })
  return rows.map((row) => personSchema.parse(row))
}

/** Everyone with an account, by name: as much as whoever mentions somebody has to know. */
export async function listPeopleNames(actor: Actor, app: App): Promise<NamedPerson[]> {
  authorize(actor, 'person.names')
  return await app.db.prisma.user.findMany({ select: { id: true, name: true }, orderBy: [{ name: 'asc' }, { id: 'asc' }] })
}
