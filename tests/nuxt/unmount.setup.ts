import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach } from 'vitest'

// What a page still waits for would otherwise come when its window is gone.
enableAutoUnmount(afterEach)
