import { notFound } from 'next/navigation'
import { requirePerson } from '../../../server/session.ts'

/** Whatever no other page answers to: strangers are asked to sign in, others are told that there is no such page. */
export default async function Page() {
  await requirePerson()
  notFound()
}
