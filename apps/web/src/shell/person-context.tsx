'use client'
import type { Person, Role } from '@sonde/contract'
import { createContext, type ReactNode, use } from 'react'

const PersonContext = createContext<Person | null>(null)

export function PersonProvider({ person, children }: { person: Person; children: ReactNode }) {
  return <PersonContext value={person}>{children}</PersonContext>
}

export function usePerson(): Person {
  const person = use(PersonContext)
  if (!person) throw new Error('no person: this component belongs below PersonProvider')
  return person
}

/** Null for the reader of a share link. */
export function useOptionalPerson(): Person | null {
  return use(PersonContext)
}

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 }

/** Whether to offer an action at all; never to the reader of a share link. The server decides on its own whether it happens. */
export function useHasRole(least: Role): boolean {
  const person = use(PersonContext)
  return person !== null && RANK[person.role] >= RANK[least]
}
