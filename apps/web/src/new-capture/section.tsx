import type { ReactNode } from 'react'

/** A numbered step of the form. */
export function Section({ step, title, aside, children }: { step: number; title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0 rounded-md border border-line bg-surface">
      <header className="flex min-h-10 flex-wrap items-center gap-2 border-line border-b px-3 py-1.5">
        <span aria-hidden className="w-4 font-mono text-ink-3 text-sm">
          {step}
        </span>
        <h2 className="font-semibold">{title}</h2>
        <span className="flex-1" />
        {aside}
      </header>
      <div className="p-3">{children}</div>
    </section>
  )
}
