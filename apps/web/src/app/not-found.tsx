import { Button, EmptyState } from '@sonde/ui'
import Link from 'next/link'

export default function NotFound() {
  return (
    <main className="pt-16">
      <EmptyState
        page
        title="There is no such page"
        action={
          <>
            <Button asChild variant="primary">
              <Link href="/hosts">Go to hosts</Link>
            </Button>
            <Button asChild>
              <Link href="/captures">Go to captures</Link>
            </Button>
          </>
        }
      >
        The link may be cut short, or what it showed was deleted. If someone sent it to you, ask them to copy it again with “Copy link”.
      </EmptyState>
    </main>
  )
}
