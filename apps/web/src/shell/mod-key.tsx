'use client'
import { useEffect, useState } from 'react'

/** "⌘" on a Mac, "Ctrl" elsewhere; decided after mounting, since the server cannot know. */
export function useModKey(): string {
  const [mod, setMod] = useState('Ctrl')
  useEffect(() => {
    if (/Mac|iPhone|iPad/.test(navigator.platform)) setMod('⌘')
  }, [])
  return mod
}
