import { Search } from 'lucide-react'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { cx } from './class-names.ts'

const FIELD =
  'h-7 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2 text-base text-ink placeholder:text-ink-3 hover:border-ink-3 disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-bad'

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={cx(FIELD, className)} {...rest} />
}

/** The browser's own select: works with every keyboard, screen reader and phone. */
export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return <select className={cx(FIELD, 'pr-1', className)} {...rest} />
}

/** An input with a magnifier and, at its end, whatever belongs there (a match count, a toggle). */
export function SearchInput({ className, end, ...rest }: ComponentProps<'input'> & { end?: ReactNode }) {
  return (
    <div className={cx('relative flex min-w-0 items-center', className)}>
      <Search aria-hidden className="pointer-events-none absolute left-2 size-3.5 text-ink-3" />
      <input type="search" spellCheck={false} autoComplete="off" className={cx(FIELD, 'pl-7', end ? 'pr-8' : null)} {...rest} />
      {end ? <div className="absolute right-1 flex items-center gap-1">{end}</div> : null}
    </div>
  )
}

export type FieldProps = {
  label: string
  hint?: ReactNode
  error?: string | null | undefined
  children: (ids: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined }) => ReactNode
}

/** Label, control, hint and error, tied together for screen readers. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium text-ink-2">
        {label}
      </label>
      {children({ id, 'aria-describedby': error || hint ? noteId : undefined, 'aria-invalid': error ? true : undefined })}
      {error ? (
        <p id={noteId} className="text-sm text-bad">
          {error}
        </p>
      ) : hint ? (
        <p id={noteId} className="text-sm text-ink-3">
          {hint}
        </p>
      ) : null}
    </div>
  )
}
