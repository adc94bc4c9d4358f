'use client'
import { type CommentView, parseViewState } from '@sonde/contract'
import { visibleText } from '@sonde/ui'
import Link from 'next/link'
import { useMemo } from 'react'
import { usePerson } from '../shell/person-context.tsx'
import { type NoteToken, noteTokens, shortAddress } from './note-tokens.ts'
import { viewWords } from './view-words.ts'

export type NoteTextProps = {
  note: Pick<CommentView, 'text' | 'mentions' | 'captureId'>
  /** Goes to a view of this capture; null: it is somewhere else, and nothing in the text is a link. */
  onView: ((query: string) => void) | null
  spanMs?: number
}

const LINK = 'text-accent underline wrap-anywhere'

/**
 * What somebody wrote, as text alone: never markup. Isolated, with what would reorder or hide its neighbours written out, so that it
 * cannot pretend to be more than a note.
 */
export function NoteText({ note, onView, spanMs = 0 }: NoteTextProps) {
  const { text, captureId, mentions } = note
  const me = usePerson()
  const tokens = useMemo(() => noteTokens(text, { origin: window.location.origin, captureId }), [text, captureId])
  const nameOf = (id: string) => mentions.find((person) => person.id === id)?.name ?? (id === me.id ? me.name : 'somebody')
  const show = (token: NoteToken) => {
    switch (token.type) {
      case 'text':
        return visibleText(token.text, true)
      case 'code':
        return <code className="rounded-sm bg-inset px-1 py-px font-mono text-[12px]">{visibleText(token.text)}</code>
      case 'mention':
        return (
          <bdi className={token.id === me.id ? 'rounded-sm bg-accent-soft px-0.5 font-medium text-accent' : 'font-medium'}>
            @{visibleText(nameOf(token.id))}
          </bdi>
        )
      case 'view': {
        const words = viewWords(parseViewState(new URLSearchParams(token.query)), spanMs)
        if (!onView) return 'a view'
        return (
          <button
            type="button"
            className="rounded-sm border border-accent-line bg-accent-soft px-1 text-accent hover:underline"
            onClick={() => onView(token.query)}
          >
            View{words === '' ? ' of everything' : `: ${words}`}
          </button>
        )
      }
      case 'page':
        return onView ? (
          <Link href={token.href} className={LINK}>
            {shortAddress(token.href)}
          </Link>
        ) : (
          shortAddress(token.href)
        )
      case 'link':
        return onView ? (
          <a href={token.href} target="_blank" rel="noopener noreferrer nofollow" title={token.href} className={LINK}>
            {shortAddress(token.href)}
          </a>
        ) : (
          shortAddress(token.href)
        )
    }
  }
  return (
    <bdi dir="auto" className="block whitespace-pre-wrap wrap-anywhere">
      {tokens.map((token, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, in its order
        <span key={i}>{show(token)}</span>
      ))}
    </bdi>
  )
}
