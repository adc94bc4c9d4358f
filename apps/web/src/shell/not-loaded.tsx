'use client'
import { Button, EmptyState } from '@sonde/ui'
import Link from 'next/link'
import { errorText, httpStatusOf } from '../trpc/errors.ts'

export type NotLoadedProps = {
  error: unknown
  /** What it would have been, `deploy`; where all of them are. */
  what: string
  all: { href: string; label: string }
  /** Why it may be gone, where it is. */
  gone?: string
}

/** All that the page of one thing shows where that could not be read: it does not exist (any more), or the server's own words. */
export function NotLoaded({ error, what, all, gone = 'It was deleted, or the link is not complete.' }: NotLoadedProps) {
  const isGone = [400, 404].includes(httpStatusOf(error) ?? 0)
  return (
    <EmptyState
      page
      title={isGone ? `There is no such ${what}` : `The ${what} could not be loaded`}
      action={
        <Button asChild>
          <Link href={all.href}>{all.label}</Link>
        </Button>
      }
    >
      {isGone ? gone : errorText(error)}
    </EmptyState>
  )
}
