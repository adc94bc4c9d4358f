'use client'
import type { Person } from '@sonde/contract'
import { useRouter } from 'next/navigation'
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react'
import { ImportProvider } from '../import/import-provider.tsx'
import { ApiProvider } from '../trpc/client.tsx'
import { PersonProvider } from './person-context.tsx'
import { isModK, isTyping, useKeyDown } from './shortcuts.ts'
import { TopBar } from './top-bar.tsx'

// Both are of no use until somebody opens them.
const CommandPalette = lazy(async () => ({ default: (await import('./command-palette.tsx')).CommandPalette }))
const KeyboardHelp = lazy(async () => ({ default: (await import('./keyboard-help.tsx')).KeyboardHelp }))

const GO_TO: Record<string, string> = {
  h: '/hosts',
  c: '/captures',
  r: '/recipes',
  d: '/deploys',
  i: '/incidents',
  u: '/rules',
  n: '/captures/new',
  s: '/settings',
}

/** What surrounds every page of a signed-in person: top bar, command palette, keyboard help. */
export function Shell({ person, children }: { person: Person; children: ReactNode }) {
  const router = useRouter()
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  const goPressedAt = useRef(0)

  useKeyDown((event) => {
    if (isModK(event)) {
      event.preventDefault()
      setPalette((open) => !open)
      return
    }
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || event.defaultPrevented) return
    const page = Date.now() - goPressedAt.current < 1_200 ? GO_TO[event.key] : undefined
    goPressedAt.current = 0
    if (page) {
      event.preventDefault()
      router.push(page)
    } else if (event.key === 'g') {
      goPressedAt.current = Date.now()
    } else if (event.key === '?') {
      event.preventDefault()
      setHelp(true)
    }
  })

  return (
    <PersonProvider person={person}>
      <ApiProvider>
        <a
          href="#main"
          className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2"
        >
          Skip to the page
        </a>
        <ImportProvider>
          <div className="flex min-h-dvh flex-col">
            <TopBar onOpenPalette={() => setPalette(true)} onOpenHelp={() => setHelp(true)} />
            <main id="main" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
              {children}
            </main>
          </div>
          <Suspense>{palette ? <CommandPalette open onOpenChange={setPalette} onOpenHelp={() => setHelp(true)} /> : null}</Suspense>
        </ImportProvider>
        <Suspense>{help ? <KeyboardHelp open onOpenChange={setHelp} /> : null}</Suspense>
      </ApiProvider>
    </PersonProvider>
  )
}
