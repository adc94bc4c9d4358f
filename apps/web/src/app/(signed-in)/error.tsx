'use client'
import { Button, EmptyState } from '@sonde/ui'

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <EmptyState
      page
      title="This page broke"
      action={
        <>
          <Button variant="primary" onClick={reset}>
            Try again
          </Button>
          <Button onClick={() => window.location.reload()}>Reload</Button>
        </>
      }
    >
      Captures that are running go on: hosts keep recording. If it breaks again, the server’s log has the details
      {error.digest ? ` under ${error.digest}` : ''}.
    </EmptyState>
  )
}
