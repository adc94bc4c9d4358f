'use client'
import { Button, Dialog, formatPlural } from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import { Bell } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTRPC } from '../trpc/client.tsx'

const MentionList = lazy(async () => ({ default: (await import('./mention-list.tsx')).MentionList }))

/** How many notes mention me that I have not seen; opens the list of them. */
export function MentionBell() {
  const trpc = useTRPC()
  const [isOpen, setOpen] = useState(false)
  const { data } = useQuery(trpc.mentions.count.queryOptions(undefined, { refetchInterval: 20_000, refetchOnWindowFocus: 'always' }))
  const unseen = data?.unseen ?? 0
  return (
    <>
      <Button
        variant="ghost"
        icon
        className="relative"
        data-testid="mention-bell"
        aria-label={unseen > 0 ? `Mentions: ${formatPlural(unseen, 'new one', 'new ones')}` : 'Mentions'}
        onClick={() => setOpen(true)}
      >
        <Bell className="size-4!" />
        {unseen > 0 ? (
          <span
            aria-hidden
            className="absolute -top-0.5 -right-0.5 flex h-4 min-w-4 items-center justify-center rounded-full bg-accent-solid px-1 text-on-accent text-xs"
          >
            {unseen > 99 ? '99+' : unseen}
          </span>
        ) : null}
      </Button>
      <Dialog shape="drawer" open={isOpen} onOpenChange={setOpen} title="Mentions" description="Notes that mention you, in all captures.">
        <Suspense>
          <MentionList onOpen={() => setOpen(false)} />
        </Suspense>
      </Dialog>
    </>
  )
}
