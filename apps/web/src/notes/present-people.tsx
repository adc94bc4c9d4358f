'use client'
import type { PresentPerson } from '@sonde/contract'
import { formatPlural, useNowMs } from '@sonde/ui'
import { Link2 } from 'lucide-react'
import { usePerson } from '../shell/person-context.tsx'
import { PersonBadge } from './person-badge.tsx'
import { presenceWords } from './presence-words.ts'

const MOST = 4

/** Who else has this page open and visible. */
export function PresentPeople({ people, links }: { people: readonly PresentPerson[]; links: number }) {
  const me = usePerson()
  const now = useNowMs(15_000)
  const others = people.filter((person) => person.id !== me.id)
  if (others.length === 0 && links === 0) return null
  const byLink = `${formatPlural(links, 'share link')} of this capture ${links === 1 ? 'is' : 'are'} open somewhere`
  const shown = others.slice(0, others.length > MOST ? MOST - 1 : MOST)
  const rest = others.slice(shown.length)
  return (
    <ul className="flex items-center pr-1" aria-label="Also here" data-testid="present-people">
      {shown.map((person) => (
        <li key={person.id} className="-mr-1 flex">
          <PersonBadge person={person} label={presenceWords(person, now)} />
        </li>
      ))}
      {rest.length > 0 ? (
        <li
          className="ml-2 text-ink-2 text-sm"
          title={rest
            .slice(0, 50)
            .map((person) => presenceWords(person, now))
            .join('\n')}
        >
          +{rest.length}
          <span className="sr-only"> {formatPlural(rest.length, 'more person', 'more people')}</span>
        </li>
      ) : null}
      {links > 0 ? (
        <li className="ml-2 inline-flex items-center gap-0.5 text-ink-2 text-sm" title={byLink} data-testid="links-open">
          <Link2 aria-hidden className="size-3.5" />
          <span aria-hidden>{links}</span>
          <span className="sr-only">{byLink}</span>
        </li>
      ) : null}
    </ul>
  )
}
