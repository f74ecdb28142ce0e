package io.skinscore.app

import io.skinscore.core.Trouble
import org.pytorch.executorch.ExecutorchRuntimeException

/** What ExecuTorch throws, as one sentence that says what to do. */
internal object RuntimeFaults {
    /**
     * What [work] gives. Throws [Trouble] `does-not-run` or `no-memory` for a fault of the runtime.
     */
    fun <T> explained(work: () -> T): T =
        try {
            work()
        } catch (fault: ExecutorchRuntimeException) {
            throw trouble(fault)
        } catch (fault: IllegalArgumentException) {
            throw Trouble(
                "does-not-run",
                "the model's file cannot be opened: get the bundle again",
                fault,
            )
        } catch (fault: LinkageError) {
            throw Trouble(
                "does-not-run",
                "ExecuTorch has no library for this processor: it runs on arm64-v8a and x86_64",
                fault,
            )
        }

    private fun trouble(fault: ExecutorchRuntimeException): Trouble =
        when (fault.errorCode) {
            ExecutorchRuntimeException.MEMORY_ALLOCATION_FAILED,
            ExecutorchRuntimeException.DELEGATE_MEMORY_ALLOCATION_FAILED ->
                Trouble(
                    "no-memory",
                    "no memory is left for the model: close other apps and try again",
                    fault,
                )
            ExecutorchRuntimeException.NOT_FOUND ->
                stopped("its backend is not in this app: take the XNNPACK file", fault)
            ExecutorchRuntimeException.OPERATOR_MISSING ->
                stopped("it needs an operator that this app lacks: update the app", fault)
            ExecutorchRuntimeException.INVALID_PROGRAM,
            ExecutorchRuntimeException.ACCESS_FAILED ->
                stopped(
                    "its file is damaged or newer than this app's runtime: get the bundle again, or update the app",
                    fault,
                )
            ExecutorchRuntimeException.DELEGATE_INVALID_COMPATIBILITY ->
                stopped("it was made for another runtime: update the app", fault)
            else ->
                stopped("ExecuTorch said 0x%x: %s".format(fault.errorCode, fault.message), fault)
        }

    private fun stopped(why: String, fault: Throwable) =
        Trouble("does-not-run", "the model does not run here; $why", fault)
}
