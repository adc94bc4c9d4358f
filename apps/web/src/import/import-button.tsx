'use client'
import { Button } from '@sonde/ui'
import { FileUp } from 'lucide-react'
import { useImport } from './import-provider.tsx'

/** Opens the choice of files to import. */
export function ImportButton() {
  const { choose } = useImport()
  return (
    <Button onClick={choose} title="Or drop files anywhere on the page">
      <FileUp aria-hidden /> Import a file
    </Button>
  )
}
