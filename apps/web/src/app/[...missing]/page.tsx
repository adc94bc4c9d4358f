import { notFound } from 'next/navigation'
import { requirePerson } from '../../server/session.ts'

/** What is asked for by programs, which a sign-in page would only confuse. */
const NOT_FOR_PEOPLE = ['_next', 'api']

/** Whatever no other page answers to: strangers are asked to sign in, others are told that there is no such page. */
export default async function Page({ params }: { params: Promise<{ missing: string[] }> }) {
  const [first = ''] = (await params).missing
  if (!NOT_FOR_PEOPLE.includes(first)) await requirePerson()
  notFound()
}
