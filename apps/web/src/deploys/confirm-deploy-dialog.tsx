'use client'
import type { DeploySummary } from '@sonde/contract'
import { Button, Dialog, Field, HostText, Input } from '@sonde/ui'
import { useState } from 'react'
import { useDecide } from './proposed-deploys.tsx'

/** Says which service and version a noticed build is: an agent knows the program's name and its build id alone. */
export function ConfirmDeployDialog({
  deploy,
  open,
  onOpenChange,
}: {
  deploy: DeploySummary
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const [service, setService] = useState(deploy.service)
  const [version, setVersion] = useState(deploy.version)
  const decide = useDecide(() => onOpenChange(false))
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Confirm a deploy">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          decide.mutate({ id: deploy.id, decision: 'confirm', service: service.trim(), version: version.trim() })
        }}
      >
        {deploy.noticed ? (
          <p className="text-ink-2">
            <HostText text={deploy.noticed.path} mono wrap /> runs as build <HostText text={deploy.noticed.buildId.slice(0, 16)} mono />,
            before it was <HostText text={deploy.noticed.previousBuildId.slice(0, 16)} mono />.
          </p>
        ) : null}
        <Field label="Service">
          {(ids) => <Input {...ids} required value={service} onChange={(event) => setService(event.target.value)} />}
        </Field>
        <Field label="Version">
          {(ids) => <Input {...ids} required value={version} onChange={(event) => setVersion(event.target.value)} />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button variant="primary" type="submit" disabled={decide.isPending}>
            Confirm
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
