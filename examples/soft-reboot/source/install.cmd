@echo off
rem Installs, and asks for a restart some time: 3010.
setlocal
set "target=%ProgramData%\Waybill Soft Reboot"

if not exist "%target%\" mkdir "%target%"
echo Put here by soft-reboot of Waybill.>"%target%\app.txt"
if errorlevel 1 exit /b 1603
exit /b 3010
