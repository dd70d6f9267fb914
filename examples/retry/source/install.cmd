@echo off
rem The first time another installation is under way: 1618. The second time it installs.
setlocal
set "target=%ProgramData%\Waybill Retry"
set "asked=%~dp0asked-once"

if not exist "%asked%" (
  echo once>"%asked%"
  echo Another installation is under way.
  exit /b 1618
)
if not exist "%target%\" mkdir "%target%"
echo Put here by retry of Waybill.>"%target%\app.txt"
if errorlevel 1 exit /b 1603
exit /b 0
