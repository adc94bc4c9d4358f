import type { ReactNode } from 'react'
import { Logo } from '../shell/logo.tsx'

/** The frame of the pages before sign-in. */
export function EntryFrame({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-5 px-5 py-10">
      <div className="flex items-center gap-2 font-semibold text-lg tracking-tight">
        <Logo /> Sonde
      </div>
      <div>
        <h1 className="font-semibold text-xl">{title}</h1>
        {lead ? <p className="mt-1 text-ink-2">{lead}</p> : null}
      </div>
      {children}
    </main>
  )
}
