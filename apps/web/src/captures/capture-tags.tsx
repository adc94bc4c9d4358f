'use client'
import { captureTagSchema } from '@sonde/contract'
import { Button } from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Tag } from 'lucide-react'
import Link from 'next/link'
import { useId, useState } from 'react'
import { useHasRole } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

export const tagSearchHref = (tag: string): string => `/captures?q=${encodeURIComponent(`tag:${tag}`)}`

const CHIP = 'inline-flex h-5 max-w-40 items-center rounded-sm border border-line bg-inset text-xs'

/** A capture's tags, each a link to the others that have it, and a field for one more. */
export function CaptureTags({ captureId }: { captureId: string }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const operator = useHasRole('operator')
  const tags = useQuery(trpc.tags.of.queryOptions({ id: captureId }))
  const [draft, setDraft] = useState<string | null>(null)
  const listId = useId()
  const known = useQuery({ ...trpc.tags.list.queryOptions(), enabled: draft !== null })
  const set = useMutation(
    trpc.tags.set.mutationOptions({
      onSuccess: () =>
        Promise.all([
          queryClient.invalidateQueries({ queryKey: trpc.tags.pathKey() }),
          queryClient.invalidateQueries({ queryKey: trpc.captures.list.pathKey() }),
        ]),
      onError: (error) => toast.error('The tag was not changed', { description: errorText(error) }),
    }),
  )
  const parsed = captureTagSchema.safeParse(draft ?? '')
  const add = () => {
    if (!parsed.success) return
    set.mutate({ id: captureId, tag: parsed.data, on: true })
    setDraft('')
  }
  if (!tags.data) return null
  return (
    <ul aria-label="Tags" className="flex flex-wrap items-center gap-1 print:hidden">
      {tags.data.map((tag) => (
        <li key={tag} className={CHIP}>
          <Link href={tagSearchHref(tag)} className="min-w-0 truncate px-1.5 hover:underline" title={`Captures tagged ${tag}`}>
            {tag}
          </Link>
          {operator ? (
            <button
              type="button"
              aria-label={`Take the tag ${tag} away`}
              className="inline-flex size-6 items-center justify-center text-ink-3 hover:text-ink"
              onClick={() => set.mutate({ id: captureId, tag, on: false })}
            >
              ×
            </button>
          ) : null}
        </li>
      ))}
      {operator ? (
        <li>
          {draft === null ? (
            <Button variant="ghost" size="sm" onClick={() => setDraft('')} aria-label="Add a tag">
              <Tag aria-hidden /> {tags.data.length === 0 ? 'Tag' : '+'}
            </Button>
          ) : (
            <form
              onSubmit={(event) => {
                event.preventDefault()
                add()
              }}
            >
              <input
                aria-label="Tag"
                list={listId}
                maxLength={40}
                spellCheck={false}
                autoComplete="off"
                // biome-ignore lint/a11y/noAutofocus: the button that was pressed has become this field
                autoFocus
                value={draft}
                title={draft.trim() !== '' && !parsed.success ? parsed.error.issues[0]?.message : undefined}
                aria-invalid={draft.trim() !== '' && !parsed.success ? true : undefined}
                onChange={(event) => setDraft(event.target.value)}
                onBlur={() => {
                  if (parsed.success) add()
                  setDraft(null)
                }}
                onKeyDown={(event) => {
                  if (event.key !== 'Escape') return
                  event.stopPropagation()
                  setDraft(null)
                }}
                className="h-6 w-36 rounded-md border border-line-strong bg-surface px-1.5 text-sm aria-invalid:border-bad"
              />
              <datalist id={listId}>
                {known.data?.map(({ tag }) => (
                  <option key={tag} value={tag} />
                ))}
              </datalist>
            </form>
          )}
        </li>
      ) : null}
    </ul>
  )
}
