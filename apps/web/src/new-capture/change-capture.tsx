'use client'
import { Button, EmptyState, SkeletonRows } from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { newCaptureHref } from './draft.ts'

/** Leads on to the form of a new capture, filled in as the one of this id was: a page of its own, so that a capture's page need not know the form. */
export function ChangeCapture({ id }: { id: string }) {
  const trpc = useTRPC()
  const router = useRouter()
  const capture = useQuery(trpc.captures.get.queryOptions({ id }))
  const { data } = capture
  useEffect(() => {
    if (!data || data.source) return
    const hostIds = data.targets.map((target) => target.hostId)
    router.replace(newCaptureHref(data.spec, hostIds))
  }, [data, router])
  if (!capture.error && !data?.source) return <SkeletonRows label="Loading the settings" rows={8} />
  return (
    <EmptyState
      page
      title="There are no settings to change"
      action={
        <Button asChild>
          <Link href="/captures/new">New capture</Link>
        </Button>
      }
    >
      {capture.error ? errorText(capture.error) : 'It was imported from a file, not recorded by a host.'}
    </EmptyState>
  )
}
