import { SondeError } from '@sonde/contract'
import { type OpenShare, openShare } from '@sonde/domain'
import { cache } from 'react'
import { getApp } from './app.ts'

/** What a share link opens, asked once per request; null where it shows nothing (any more). */
export const sharedLink = cache(async (token: string): Promise<OpenShare | null> => {
  try {
    return await openShare(getApp(), token)
  } catch (error) {
    if (error instanceof SondeError) return null
    throw error
  }
})
