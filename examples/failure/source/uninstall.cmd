@echo off
rem Takes away what install.cmd put there, and says 0 when there was nothing to take away.
setlocal
set "target=%ProgramData%\Waybill Failure"

if not exist "%target%\" exit /b 0
del /q "%target%\app.txt" 2>nul
if exist "%target%\app.txt" exit /b 1603
rmdir "%target%" 2>nul
exit /b 0
