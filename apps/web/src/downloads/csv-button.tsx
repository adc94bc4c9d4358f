'use client'
import { Button } from '@sonde/ui'
import { useState } from 'react'
import { downloadName } from './file-name.ts'
import { saveFile } from './save-file.ts'

/** Saves a table as CSV: its rows as they are chosen and sorted on screen, all of them and not just those in view. */
export function CsvButton({
  capture,
  part,
  what,
  make,
}: {
  capture: { title: string; createdAt: Date }
  /** Which table it is, in the file's name. */
  part: string
  /** What a screen reader calls it: `the syscall table`. */
  what: string
  make: () => string | Promise<string>
}) {
  const [error, setError] = useState('')
  const save = async () => {
    try {
      const csv = await make()
      setError('')
      saveFile(downloadName(capture.title, capture.createdAt, part, 'csv'), new Blob([csv], { type: 'text/csv' }))
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : 'no reason given')
    }
  }
  return (
    <>
      <Button
        onClick={() => void save()}
        aria-label={`Download ${what} as CSV`}
        title={`Download ${what} as CSV`}
        data-testid={`csv-${part}`}
      >
        CSV
      </Button>
      {error === '' ? null : (
        <span role="alert" className="text-bad text-sm">
          The download failed: {error}
        </span>
      )}
    </>
  )
}
