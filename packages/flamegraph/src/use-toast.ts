import { useEffect, useState } from 'react'

const TOAST_MS = 1600

/** A short word that goes away by itself; '' for none. */
export function useToast(): [toast: string, say: (text: string) => void] {
  const [toast, setToast] = useState('')
  useEffect(() => {
    if (toast === '') return
    const timer = setTimeout(() => setToast(''), TOAST_MS)
    return () => clearTimeout(timer)
  }, [toast])
  return [toast, setToast]
}
